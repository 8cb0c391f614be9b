"use strict";
// Does the work a page asks for (ALTCHA, PBKDF2: the key must begin with the wanted digits), sends on.
const form = document.getElementById("one-moment");

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
}

async function solve(work) {
  const password = new Uint8Array([...bytes(work.nonce), 0, 0, 0, 0]);
  const counted = new DataView(password.buffer, password.length - 4);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(work.salt), iterations: work.cost };
  for (let counter = 0; ; counter += 1) {
    counted.setUint32(0, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const bits = await crypto.subtle.deriveBits(how, key, work.keyLength * 8);
    const found = Array.from(new Uint8Array(bits), (one) => one.toString(16).padStart(2, "0")).join("");
    if (found.startsWith(work.keyPrefix)) return { counter, derivedKey: found };
  }
}

async function goOn() {
  const status = form.querySelector("[role=status]");
  status.textContent = status.dataset.working;
  const challenge = JSON.parse(form.dataset.challenge);
  const solution = await solve(challenge.parameters);
  form.elements.proof.value = btoa(JSON.stringify({ challenge, solution }));
  form.submit();
}

if (form && window.crypto && crypto.subtle) goOn();
