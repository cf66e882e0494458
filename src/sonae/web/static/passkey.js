/*
 * Passkeys: a form marked data-passkey="create" or "get" asks the device before it is sent. The server's options come
 * from data-options; the device's answer goes back as the form's fields `credential` and `token`.
 * Without this file, or without passkeys, the forms stay hidden and the pages offer the code instead.
 */
'use strict';

(function () {
  var able = Boolean(window.PublicKeyCredential && navigator.credentials);

  function bytes(text) {
    var plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(plain, function (one) { return one.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }

  function understood(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    (options.excludeCredentials || []).concat(options.allowCredentials || []).forEach(function (one) {
      one.id = bytes(one.id);
    });
    return options;
  }

  function written(made) {
    var answer = { clientDataJSON: text(made.response.clientDataJSON) };
    if (made.response.attestationObject) {
      answer.attestationObject = text(made.response.attestationObject);
    } else {
      answer.authenticatorData = text(made.response.authenticatorData);
      answer.signature = text(made.response.signature);
      answer.userHandle = made.response.userHandle ? text(made.response.userHandle) : null;
    }
    return JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response: answer,
      authenticatorAttachment: made.authenticatorAttachment, clientExtensionResults: {}
    });
  }

  function ask(form) {
    return fetch(form.dataset.options, { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
      .then(function (answer) {
        if (!answer.ok) throw new Error('options');
        return answer.json();
      })
      .then(function (given) {
        form.elements.token.value = given.token;
        var publicKey = understood(given.publicKey);
        return form.dataset.passkey === 'create'
          ? navigator.credentials.create({ publicKey: publicKey })
          : navigator.credentials.get({ publicKey: publicKey });
      })
      .then(function (made) {
        form.elements.credential.value = written(made);
        form.submit();
      });
  }

  document.querySelectorAll('[data-passkey-only]').forEach(function (part) { part.hidden = !able; });
  document.querySelectorAll('[data-passkey-not]').forEach(function (part) { part.hidden = able; });
  document.querySelectorAll('form[data-passkey]').forEach(function (form) {
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      var button = form.querySelector('[type=submit]');
      var failed = form.querySelector('[data-failed]');
      button.disabled = true;
      failed.hidden = true;
      ask(form).catch(function () {
        button.disabled = false;
        failed.hidden = false;
      });
    });
  });
})();
