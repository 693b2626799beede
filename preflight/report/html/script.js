"use strict";
(function () {
  document.documentElement.classList.add("scripted");
  var findings = Array.from(document.querySelectorAll(".finding"));
  var text = document.getElementById("filter-text");
  var outcome = document.getElementById("filter-outcome");
  var count = document.getElementById("filter-count");
  var folded = Array.from(document.querySelectorAll("details.folded"));

  function filter() {
    var words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    findings.forEach(function (f) {
      var content = f.textContent.toLowerCase();
      var fits = f.dataset.outcome.startsWith(outcome.value) && words.every(function (w) { return content.includes(w); });
      f.hidden = !fits;
      if (fits) shown++;
    });
    folded.forEach(function (d) {
      var any = Boolean(d.querySelector(".finding:not([hidden])"));
      d.hidden = !any;
      if (any && (words.length || outcome.value)) d.open = true;
    });
    count.textContent = shown + " of " + findings.length + " shown";
  }
  text.addEventListener("input", filter);
  outcome.addEventListener("change", filter);
  document.querySelector(".filter").addEventListener("submit", function (e) { e.preventDefault(); });
  filter();

  // A link to a folded finding opens it.
  function unfold() {
    var target = location.hash && document.getElementById(location.hash.slice(1));
    var details = target && target.closest("details");
    if (!details) return;
    details.open = true;
    var own = target.querySelector("details");
    if (own) own.open = true;
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  function select(node) {
    var range = document.createRange();
    range.selectNodeContents(node);
    var selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }
  document.querySelectorAll(".copy").forEach(function (button) {
    button.addEventListener("click", function () {
      var node = document.getElementById(button.dataset.copy);
      var done = function () {
        button.textContent = "Copied";
        setTimeout(function () { button.textContent = "Copy"; }, 2000);
      };
      var fallback = function () {
        select(node);
        if (document.execCommand("copy")) done();
        else button.textContent = "Selected";
      };
      if (navigator.clipboard) navigator.clipboard.writeText(node.textContent).then(done, fallback);
      else fallback();
    });
  });
})();
