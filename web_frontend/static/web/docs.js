"use strict";
// Swagger UI over every service's OpenAPI document; the page's JSON block lists them.
window.addEventListener("DOMContentLoaded", () => {
  window.SwaggerUIBundle({
    dom_id: "#docs",
    urls: JSON.parse(document.getElementById("documents").textContent),
    presets: [window.SwaggerUIBundle.presets.apis, window.SwaggerUIStandalonePreset],
    layout: "StandaloneLayout",
    deepLinking: true,
    validatorUrl: null,
  });
});
