/**
 * Which language the page speaks.
 *
 * Always true: `texts` is the catalogue of `language()`; whoever draws reads it at that moment, so a change of language needs only
 * that the page is drawn again.
 */
import { english } from "./english.ts"
import type { Texts } from "./Texts.ts"

export type Language = "en" | "de"

/** Told by the person, else by the browser, else English. */
let current: Language = "en"

export let texts: Texts = english

export const language = (): Language => current

export const speak = (next: Language, catalogue: Texts): void => {
  current = next
  texts = catalogue
  document.documentElement.lang = next
}
