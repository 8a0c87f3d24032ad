"use strict";
// Swagger UI over every service's OpenAPI document; the page's JSON block lists them.
window.addEventListener("DOMContentLoaded", () => {
  // An error's type leads to its explanation; Swagger UI would take its name for an operation's.
  const code = location.hash && document.getElementById(location.hash.slice(1));
  window.SwaggerUIBundle({
    dom_id: "#docs",
    urls: JSON.parse(document.getElementById("documents").textContent),
    presets: [window.SwaggerUIBundle.presets.apis, window.SwaggerUIStandalonePreset],
    layout: "StandaloneLayout",
    deepLinking: !code,
    validatorUrl: null,
    // Drawing the document has moved the explanation.
    onComplete: () => code && requestAnimationFrame(() => code.scrollIntoView()),
  });
});
