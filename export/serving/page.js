"use strict";
// What is sent goes to this server alone: the page's policy allows no other. The key stays in its field.
const key = document.getElementById("key");
for (const part of document.querySelectorAll("section")) {
  const body = part.querySelector("textarea");
  const examples = part.querySelector("select");
  const shown = part.querySelector("output");
  const button = part.querySelector("button");
  examples?.addEventListener("change", () => { body.value = examples.value; });
  button.addEventListener("click", async () => {
    let path = part.dataset.path;
    for (const field of part.querySelectorAll("input")) {
      path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    }
    const headers = body ? { "Content-Type": "application/json" } : {};
    if (key.value) headers.Authorization = `Bearer ${key.value}`;
    button.disabled = true;
    try {
      const began = performance.now();
      const reply = await fetch(path, { method: part.dataset.method, headers, body: body?.value });
      const text = await reply.text();
      const took = Math.round(performance.now() - began);
      shown.textContent = `${reply.status} after ${took} ms\n${pretty(text)}`;
    } catch (fault) {
      shown.textContent = `No answer: ${fault.message}`;
    }
    button.disabled = false;
  });
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // the metrics are no JSON
  }
}
