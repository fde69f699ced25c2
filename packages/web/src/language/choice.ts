/**
 * Which of the languages the page speaks to this person: what he chose, else the first of his browser's that it knows.
 *
 * Always true: the choice is kept for the browser; whoever listens draws the whole page again.
 */
import { english } from "./english.ts"
import { german } from "./german.ts"
import { forBrowser } from "../session/kept.ts"
import { type Language, speak } from "./language.ts"

const key = "parley.language"
const catalogues = { en: english, de: german } as const
const listeners = new Set<() => void>()

export const languages: ReadonlyArray<readonly [Language, string]> = [
  ["en", "English"],
  ["de", "Deutsch"],
]

const isKnown = (code: string | undefined): code is Language => code === "en" || code === "de"

/** To be called once before the first drawing. */
export const speakAsChosen = (): void => {
  const kept = forBrowser.get(key)
  const preferred = navigator.languages.map((one) => one.slice(0, 2)).find(isKnown)
  const chosen = isKnown(kept) ? kept : (preferred ?? "en")
  speak(chosen, catalogues[chosen])
}

export const choose = (next: Language): void => {
  forBrowser.set(key, next)
  speak(next, catalogues[next])
  for (const listener of listeners) listener()
}

export const subscribeLanguage = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
