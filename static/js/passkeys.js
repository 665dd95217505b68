// Passkeys: asks the browser for what the page wants (a new passkey, or the use of one), puts the answer into the
// form and sends it. Without this script or without passkeys the page says so, and the other ways stay open.

const form = document.querySelector("[data-passkey]");

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const listed = (credentials) => (credentials ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: listed(options.excludeCredentials),
    },
  });
  return {
    id: made.id,
    rawId: words(made.rawId),
    type: made.type,
    response: {
      attestationObject: words(made.response.attestationObject),
      clientDataJSON: words(made.response.clientDataJSON),
      transports: made.response.getTransports?.() ?? null,
    },
    extensions: JSON.stringify(made.getClientExtensionResults()),
  };
}

async function use(options) {
  const used = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: listed(options.allowCredentials) },
  });
  return {
    id: used.id,
    rawId: words(used.rawId),
    type: used.type,
    response: {
      authenticatorData: words(used.response.authenticatorData),
      clientDataJSON: words(used.response.clientDataJSON),
      signature: words(used.response.signature),
      userHandle: used.response.userHandle ? words(used.response.userHandle) : null,
    },
  };
}

async function ask() {
  const options = JSON.parse(form.dataset.options);
  try {
    const answer = await (form.dataset.passkey === "create" ? create(options) : use(options));
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  } catch {
    form.querySelector("[data-passkey-said]").hidden = true;
    form.querySelector("[data-passkey-failed]").hidden = false;
  }
}

if (form) ask();
