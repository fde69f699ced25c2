/** Where a message is written. Enter sends, Shift+Enter starts a new line; what is not sent yet waits as a draft in this window. */
import type { Parley } from "/client/connect.ts"
import { element } from "./element.ts"
import { icon } from "./icons.ts"

/** How many characters before the limit the count is shown. */
const warnChars = 500

export const composer = (parley: Parley, conversationId: string, sent: () => void) => {
  const draftKey = `parley.draft.${parley.userId}.${conversationId}`
  const area = element("textarea", {
    rows: "1",
    dir: "auto",
    placeholder: "Message",
    "aria-label": "Message",
    enterkeyhint: "send",
    autocomplete: "off",
  })
  area.value = sessionStorage.getItem(draftKey) ?? ""
  const count = element("span", { class: "count", role: "status" })
  const button = element(
    "button",
    { type: "submit", class: "send", "aria-label": "Send", title: "Send" },
    icon("send"),
  )
  const form = element(
    "form",
    { class: "composer" },
    element("div", { class: "composer-field" }, area, count),
    button,
  )

  const changed = (): void => {
    const text = area.value
    const limit = parley.limits["text_chars"] ?? 16_000
    const left = limit - (text.length > limit - warnChars ? [...text].length : text.length)
    count.textContent = left < warnChars ? String(left) : ""
    count.classList.toggle("over", left < 0)
    button.disabled = text.trim() === "" || left < 0
    area.style.height = "auto"
    area.style.height = `${area.scrollHeight}px`
    if (text === "") sessionStorage.removeItem(draftKey)
    else sessionStorage.setItem(draftKey, text)
  }
  const send = (): void => {
    if (button.disabled) return
    parley.send(conversationId, sendable(area.value))
    area.value = ""
    changed()
    area.focus()
    sent()
  }
  area.addEventListener("input", changed)
  area.addEventListener("keydown", (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    send()
  })
  queueMicrotask(changed)
  // On a touch screen the keyboard would cover what was just opened.
  if (matchMedia("(hover: hover)").matches) requestAnimationFrame(() => area.focus())
  return { element: form }
}

/** A server refuses NUL and half surrogates; a paste can hold both. */
const sendable = (text: string): string => text.trim().replaceAll("\0", "").toWellFormed()
