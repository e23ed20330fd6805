// Says beside the button why a passkey did not do: django-allauth's script tells only the console.
const trouble = document.querySelector("[data-key-trouble]");
const isNumber = /^([\d.]+|\[.+\])$/.test(location.hostname);

function sentence(error) {
  if (isNumber) return "A passkey needs a name in the address bar, such as localhost, not a number.";
  if (!window.PublicKeyCredential) return "This browser knows no passkeys, or the page came without encryption.";
  if (error.name === "InvalidStateError") return "This key is in your account already.";
  return "That did not work, or was broken off. Try again, or choose another way.";
}

document.addEventListener("click", () => {
  trouble.hidden = true;
});
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  trouble.textContent = sentence(event.detail.exception);
  trouble.hidden = false;
});
