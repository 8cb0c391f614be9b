"use strict";
// A page that answers what was sent is asked for anew by the back button, not sent anew.
addEventListener("submit", () => history.replaceState(null, "", location.href));
