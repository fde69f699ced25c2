/** A method, or a frame's direction, as a small coloured word. */
import { element } from "./element.ts"

export const methodBadge = (method: string): HTMLElement =>
  element("span", { class: `method method-${method.toLowerCase()}` }, method)

export const directionBadge = (from: "client" | "server"): HTMLElement =>
  element(
    "span",
    { class: `method from-${from}`, title: from === "client" ? "Client to server" : "Server to client" },
    from === "client" ? "↑" : "↓",
  )
