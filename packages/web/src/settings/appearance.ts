/** Light, dark, or as the system says; kept for the browser. */
import { forBrowser } from "../session/kept.ts"

export type Appearance = "system" | "light" | "dark"

const key = "parley.appearance"

export const appearance = (): Appearance => {
  const kept = forBrowser.get(key)
  return kept === "light" || kept === "dark" ? kept : "system"
}

/** To be called once before the first drawing, and with each choice. */
export const wear = (next: Appearance): void => {
  if (next === "system") {
    forBrowser.set(key, undefined)
    delete document.documentElement.dataset["theme"]
  } else {
    forBrowser.set(key, next)
    document.documentElement.dataset["theme"] = next
  }
}
