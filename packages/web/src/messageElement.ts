/** One message as a bubble. What people wrote is only ever text; web addresses in it become links, opened apart from this page. */
import type { Parley } from "/client/connect.ts"
import { avatar, tintOf } from "./avatar.ts"
import { element } from "./element.ts"
import { type IconName, icon } from "./icons.ts"
import { fullMoment, timeOfDay } from "./times.ts"
import type { TimelineRow } from "./timelineRows.ts"
import { textOf } from "./titles.ts"

type MessageRow = TimelineRow & { readonly _tag: "Message" }

const marks = {
  pending: ["clock", "Sending"],
  sent: ["check", "Sent"],
  failed: ["failed", "Not sent"],
} as const satisfies Record<string, readonly [IconName, string]>

/** `group`: whether senders are named. */
export const messageElement = (
  parley: Parley,
  { first, last, message, own }: MessageRow,
  group: boolean,
): HTMLElement => {
  const shown = message.text !== undefined
  const jumbo = shown && isJumbo(message.text)
  const text = element(
    "p",
    { class: "text", dir: "auto" },
    ...(shown ? linked(message.text) : [textOf(message)]),
  )
  const moment = element(
    "time",
    { dir: "ltr", datetime: new Date(message.at).toISOString(), title: fullMoment(message.at) },
    timeOfDay(message.at),
  )
  const meta = element("span", { class: "meta" }, ...(message.edited ? ["edited "] : []), moment)
  if (own) {
    const [name, label] = marks[message.state]
    meta.append(
      element("span", { class: "mark", role: "img", "aria-label": label, title: label }, icon(name)),
    )
  }
  text.append(meta)
  const bubble = element("div", { class: `bubble${jumbo ? " jumbo" : ""}${shown ? "" : " without-text"}` })
  if (group && !own && first)
    bubble.append(
      element("span", { class: `sender text-tint-${tintOf(message.senderId)}` }, message.senderId),
    )
  else bubble.append(element("span", { class: "unseen" }, own ? "You" : message.senderId))
  bubble.append(text)
  const classes = ["message", own ? "own" : "other", message.state, first ? "first" : "", last ? "last" : ""]
  const side =
    group && !own
      ? [
          last
            ? avatar(message.senderId, message.senderId, "small")
            : element("span", { class: "avatar-space" }),
        ]
      : []
  const line = element("li", { class: classes.filter(Boolean).join(" ") }, ...side, bubble)
  if (message.state === "failed") line.append(failure(parley, message.key, message.problem?.detail))
  return line
}

const failure = (parley: Parley, key: string, detail = "The server declined it."): HTMLElement => {
  const retry = element("button", { type: "button" }, "Try again")
  const drop = element("button", { type: "button" }, "Delete")
  retry.addEventListener("click", () => parley.retry(key))
  drop.addEventListener("click", () => parley.discard(key))
  return element("p", { class: "failure", role: "alert" }, `Not sent: ${detail} `, retry, drop)
}

/** Up to three emoji and nothing else. */
const isJumbo = (text: string): boolean => text.length < 60 && /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text)

const address = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/giu

const linked = (text: string): ReadonlyArray<Node | string> => {
  const parts: Array<Node | string> = []
  let from = 0
  for (const { 0: href, index } of text.matchAll(address)) {
    parts.push(
      text.slice(from, index),
      element("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, href),
    )
    from = index + href.length
  }
  return [...parts, text.slice(from)]
}
