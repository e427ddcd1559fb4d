import { useState } from "preact/hooks";

export type Theme = "system" | "light" | "dark";
const key = "console.theme";
const themes: readonly Theme[] = ["system", "light", "dark"];

const stored = (): Theme => themes.find((theme) => theme === window.localStorage.getItem(key)) ?? "system";

const apply = (theme: Theme): void => {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  window.dispatchEvent(new Event("themechange"));
};

apply(stored());
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => window.dispatchEvent(new Event("themechange")));

/** The theme, and how to go on to the next one. */
export const useTheme = (): readonly [Theme, () => void] => {
  const [theme, setTheme] = useState(stored);
  const next = (): void => {
    const following = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
    window.localStorage.setItem(key, following);
    setTheme(following);
    apply(following);
  };
  return [theme, next];
};
