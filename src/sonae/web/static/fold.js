/*
 * On a phone, sections that are read later begin folded; a link to a folded section opens it.
 * Without this file every section is open or opens by its summary.
 */
'use strict';

(function () {
  if (window.matchMedia('(max-width: 45rem)').matches) {
    document.querySelectorAll('details[data-later]').forEach(function (one) { one.open = false; });
  }

  function unfold() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var one = target; one; one = one.parentElement) {
      if (one.tagName === 'DETAILS') one.open = true;
    }
    if (target) target.scrollIntoView();
  }
  window.addEventListener('hashchange', unfold);
  unfold();
})();
