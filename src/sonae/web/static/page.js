/*
 * The quotation page beyond HTML: the industry's suggestions, and a result that is merged into the page, so
 * that focus and what is being typed stay. Without this file the page works by its button.
 */
'use strict';

(function () {
  // What is being typed is never overwritten by an answer to what was typed before.
  Idiomorph.defaults.ignoreActiveValue = true;
  // The list of suggestions and its state belong to this script, not to the server's answer.
  Idiomorph.defaults.callbacks.beforeNodeMorphed = function (old) {
    return !(old.nodeType === 1 && old.id === 'industry-list');
  };
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = function (name, node) {
    if (node.id === 'industry' && (name === 'aria-expanded' || name === 'aria-activedescendant')) return false;
    return !(node.tagName === 'DETAILS' && name === 'open');
  };

  var asked = 0;
  var wait = 0;
  var box = function () { return document.getElementById('industry'); };
  var list = function () { return document.getElementById('industry-list'); };
  var options = function () { return Array.from(list().querySelectorAll('[role=option]')); };

  function close() {
    list().hidden = true;
    box().setAttribute('aria-expanded', 'false');
    box().removeAttribute('aria-activedescendant');
  }

  function mark(option) {
    options().forEach(function (one) { one.setAttribute('aria-selected', String(one === option)); });
    if (option) {
      box().setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else {
      box().removeAttribute('aria-activedescendant');
    }
  }

  function suggest() {
    var text = box().value;
    var mine = ++asked;
    if (!text.trim()) { close(); return; }
    fetch('/quotation/industries?q=' + encodeURIComponent(text), { headers: { Accept: 'application/json' } })
      .then(function (answer) { return answer.ok ? answer.json() : []; })
      .then(function (found) {
        if (mine !== asked || document.activeElement !== box()) return;
        list().replaceChildren.apply(list(), found.map(function (one, number) {
          var item = document.createElement('li');
          item.id = 'industry-option-' + number;
          item.setAttribute('role', 'option');
          item.setAttribute('aria-selected', 'false');
          item.dataset.value = one.label;
          var code = document.createElement('b');
          code.textContent = one.code;
          item.append(code, ' ', one.label);
          if (one.by) {
            var by = document.createElement('small');
            by.textContent = one.by;
            item.append(by);
          }
          return item;
        }));
        list().hidden = found.length === 0;
        box().setAttribute('aria-expanded', String(found.length > 0));
        mark(null);
      })
      .catch(close);
  }

  function pick(option) {
    asked += 1;
    clearTimeout(wait);
    box().value = option.dataset.value;
    close();
    box().dispatchEvent(new Event('change', { bubbles: true }));
  }

  document.addEventListener('input', function (event) {
    if (event.target !== box()) return;
    clearTimeout(wait);
    wait = setTimeout(suggest, 120);
  });

  document.addEventListener('keydown', function (event) {
    if (event.target !== box() || event.isComposing) return;
    var all = list().hidden ? [] : options();
    var now = all.findIndex(function (one) { return one.getAttribute('aria-selected') === 'true'; });
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (all.length === 0) { suggest(); return; }
      var step = event.key === 'ArrowDown' ? 1 : -1;
      mark(all[(now + step + all.length + (now < 0 && step < 0 ? 1 : 0)) % all.length]);
    } else if (event.key === 'Enter') {
      // Enter takes the marked suggestion, else asks for prices at once.
      event.preventDefault();
      if (now >= 0) { pick(all[now]); } else { close(); box().dispatchEvent(new Event('change', { bubbles: true })); }
    } else if (event.key === 'Escape' && all.length > 0) {
      event.preventDefault();
      close();
    }
  });

  // A press on a suggestion must not take the focus away before it is picked.
  document.addEventListener('mousedown', function (event) {
    if (event.target.closest('#industry-list')) event.preventDefault();
  });
  document.addEventListener('click', function (event) {
    var option = event.target.closest('#industry-list [role=option]');
    if (option) pick(option);
  });
  document.addEventListener('focusout', function (event) {
    if (event.target === box()) close();
  });

  // Enter in any other text field asks for prices; it presses no button that happens to come first.
  document.addEventListener('keydown', function (event) {
    var field = event.target;
    if (event.key !== 'Enter' || event.isComposing || field === box()) return;
    if (field.tagName === 'INPUT' && field.form && field.form.id === 'ask' && !field.closest('#save')) {
      event.preventDefault();
      field.dispatchEvent(new Event('change', { bubbles: true }));
    }
  });

  // A picked suggestion or list entry fills the industry's field; if its control is gone, focus returns there.
  document.addEventListener('htmx:afterSettle', function () {
    document.getElementById('unreachable').hidden = true;
    if (document.activeElement === document.body && picked) box().focus({ preventScroll: true });
    picked = false;
  });
  var picked = false;
  document.addEventListener('change', function (event) {
    if (event.target.name === 'pick') picked = true;
  });

  ['htmx:responseError', 'htmx:sendError', 'htmx:timeout'].forEach(function (name) {
    document.addEventListener(name, function () {
      document.getElementById('unreachable').hidden = false;
    });
  });
})();
