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
