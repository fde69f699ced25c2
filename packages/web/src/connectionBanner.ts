/** One line that appears when the connection is not what it should be, with what the person can do about it. */
import type { Parley } from "/client/connect.ts"
import { element } from "./element.ts"

/** A short interruption is nobody's business. */
const patienceMs = 900

export const connectionBanner = (parley: Parley) => {
  const text = element("span", {})
  const action = element("button", { type: "button", class: "banner-action" }, "Try now")
  const banner = element(
    "div",
    { class: "banner", role: "status" },
    element("span", { class: "spinner", "aria-hidden": "true" }),
    text,
    action,
  )
  action.addEventListener("click", () => parley.wake())
  let since: number | undefined = Date.now()
  const timer = window.setInterval(() => draw(), 500)

  const draw = (): void => {
    const { ended, phase, retryAt } = parley.status
    since = phase === "live" ? undefined : (since ?? Date.now())
    const shown = ended !== undefined || (since !== undefined && Date.now() - since >= patienceMs)
    banner.classList.toggle("shown", shown)
    banner.classList.toggle("ended", ended !== undefined)
    if (!shown) return
    const wait = retryAt === undefined ? 0 : Math.ceil((retryAt - Date.now()) / 1_000)
    const offline = !navigator.onLine
    const long = phase === "offline" && wait > 3
    setText(text, ended?.detail ?? lineFor(phase, offline))
    action.hidden = ended === undefined && !long
    setText(action, ended?.code === "closed_4511" ? "Use it here" : "Try now")
  }
  return { element: banner, draw, dispose: () => window.clearInterval(timer) }
}

const lineFor = (phase: string, offline: boolean): string => {
  if (offline) return "You are offline. What you write is kept and sent later."
  if (phase === "catching_up") return "Catching up…"
  return "Reconnecting… What you write is kept and sent later."
}

/** Unchanged text is left alone: a live region would read it again. */
const setText = (region: HTMLElement, text: string): void => {
  if (region.textContent !== text) region.textContent = text
}
