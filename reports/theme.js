// Light or dark: as the system says, unless the reader has chosen.
const theme = {
  key: "customer-value-theme",
  get dark() {
    return document.documentElement.dataset.theme === "dark";
  },
  chosen() {
    try {
      return localStorage.getItem(this.key);
    } catch {
      return null; // Pages opened from disk may have no storage.
    }
  },
  set(name) {
    document.documentElement.dataset.theme = name;
    document.dispatchEvent(new Event("themechange"));
  },
  start() {
    const system = matchMedia("(prefers-color-scheme: dark)");
    this.set(this.chosen() ?? (system.matches ? "dark" : "light"));
    system.addEventListener("change", () => this.chosen() ?? this.set(system.matches ? "dark" : "light"));
    document.getElementById("theme").addEventListener("click", () => {
      const name = this.dark ? "light" : "dark";
      try {
        localStorage.setItem(this.key, name);
      } catch {
        // The choice holds for this page.
      }
      this.set(name);
    });
  },
};
theme.start();
// How old the newest input is when the page is read: a page that nobody makes again says so, too.
const sayAge = () => {
  const { newest, maxAge } = document.querySelector(".as-of").dataset;
  const days = Math.floor((Date.now() - new Date(`${newest}T00:00:00Z`)) / 86400000);
  const place = document.getElementById("age");
  if (!(days > Number(maxAge))) return;
  place.textContent = `The newest input is ${days} days old.`;
  place.hidden = false;
};
sayAge();
