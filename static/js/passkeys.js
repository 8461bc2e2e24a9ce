// Passkeys: the browser makes one or shows one, and the form sends what it says.
//
//   <form data-passkey="create">   makes a passkey; options in #passkey-options
//   <form data-passkey="get">      shows one of those that the options name
//   <form data-passkey="find">     shows any; the options are fetched from the form's address
//
// [name=credential] takes the answer, [data-passkey-failed] is shown if there is none.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));

function text(buffer) {
  if (!buffer) return null;
  const letters = Array.from(new Uint8Array(buffer), (each) => String.fromCharCode(each)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const named = (credentials) => (credentials ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

async function create(options, isAlone) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
    authenticatorSelection: {
      ...options.authenticatorSelection,
      residentKey: isAlone ? "required" : "discouraged",
      requireResidentKey: isAlone,
      ...(isAlone ? { userVerification: "required" } : {}),
    },
  };
  const made = await navigator.credentials.create({ publicKey });
  return {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
    of: made,
  };
}

async function get(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: named(options.allowCredentials),
  };
  const shown = await navigator.credentials.get({ publicKey });
  return {
    clientDataJSON: text(shown.response.clientDataJSON),
    authenticatorData: text(shown.response.authenticatorData),
    signature: text(shown.response.signature),
    userHandle: text(shown.response.userHandle),
    of: shown,
  };
}

async function optionsOf(form) {
  const given = document.getElementById("passkey-options");
  if (given) return JSON.parse(given.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

async function ask(form) {
  const { publicKey } = await optionsOf(form);
  const isAlone = form.elements.passwordless?.checked ?? false;
  const { of: credential, ...response } =
    form.dataset.passkey === "create" ? await create(publicKey, isAlone) : await get(publicKey);
  form.elements.credential.value = JSON.stringify({
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form || form.elements.credential.value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    await ask(form);
  } catch {
    failed.hidden = false;
    return;
  }
  form.requestSubmit();
}, true);
