// What every page loads. Reading, reporting and deciding work without any of it.
import "./agency-field.js";
import "./document-text.js";
import "./drafts.js";
import "./forms.js";
import "./held.js";
import "./instructions.js";
import "./keys.js";
import "./later.js";
import "./live.js";
import "./typed-day.js";

document.documentElement.classList.add("has-script");
