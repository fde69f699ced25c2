/**
 * The timeline of one conversation.
 *
 * Always true: what the person looks at stays where it is when messages come in above or below, except that somebody who is at
 * the end stays at the end.
 */
import type { Parley } from "/client/connect.ts"
import { ParleyError } from "/client/Problem.ts"
import type { Conversation } from "/client/wire.ts"
import { element } from "./element.ts"
import { icon } from "./icons.ts"
import { messageElement } from "./messageElement.ts"
import type { ReadMarks } from "./readMarks.ts"
import { type Drawn, type Row, reconcile } from "./reconcile.ts"
import { type TimelineRow, timelineRows } from "./timelineRows.ts"
import { noticeText } from "./titles.ts"

/** So near the end counts as at the end. */
const nearPx = 80
/** So near the beginning, older messages are fetched. */
const fetchPx = 600

export const timelineView = (parley: Parley, marks: ReadMarks, id: string) => {
  const rows = element("ol", { class: "rows", "aria-label": "Messages" })
  const above = element("div", { class: "above" })
  const scroller = element(
    "div",
    { class: "timeline", tabindex: "0", role: "region", "aria-label": "Conversation" },
    above,
    rows,
  )
  const newBelow = element("span", { class: "badge" })
  const toEndButton = element(
    "button",
    { type: "button", class: "to-end", "aria-label": "To the latest message" },
    icon("arrowDown"),
    newBelow,
  )
  const drawn: Drawn = new Map()
  let atEnd = true
  let loading = false
  let failed = false

  const toEnd = (): void => {
    atEnd = true
    scroller.scrollTop = scroller.scrollHeight
  }
  const loadOlder = async (): Promise<void> => {
    if (loading || failed || parley.status.phase !== "live" || !parley.hasOlder(id)) return
    loading = true
    try {
      await parley.loadOlder(id)
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error
      failed = true
      drawAbove()
    } finally {
      loading = false
    }
  }
  const drawAbove = (): void => {
    above.hidden = !parley.hasOlder(id)
    const retry = element(
      "button",
      { type: "button", class: "button quiet" },
      "Older messages could not be loaded. Try again",
    )
    retry.addEventListener("click", () => {
      failed = false
      drawAbove()
      void loadOlder()
    })
    above.replaceChildren(
      failed
        ? retry
        : element("span", { class: "spinner", role: "status", "aria-label": "Loading older messages" }),
    )
  }
  const look = (): void => {
    if (atEnd && !document.hidden && scroller.isConnected) marks.markRead(id)
    const unread = marks.unread(id)
    newBelow.textContent = unread > 0 ? String(unread) : ""
    toEndButton.classList.toggle("shown", !atEnd)
    if (scroller.scrollTop < fetchPx) void loadOlder()
  }
  scroller.addEventListener("scroll", () => {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearPx
    look()
  })
  new ResizeObserver(() => atEnd && toEnd()).observe(scroller)
  toEndButton.addEventListener("click", () => {
    toEnd()
    look()
  })

  return {
    element: element("div", { class: "timeline-frame" }, scroller, toEndButton),
    toEnd,
    draw: (conversation: Conversation): void => {
      const group = conversation.kind === "group"
      const list = timelineRows(parley.entries(id), parley.userId, Date.now())
      const anchor = atEnd ? undefined : firstSeen(scroller, rows)
      const before = anchor?.getBoundingClientRect().top ?? 0
      drawAbove()
      reconcile(
        rows,
        drawn,
        list.map((row) => asRow(parley, row, group)),
      )
      if (atEnd) toEnd()
      else if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before
      look()
    },
  }
}

/** The first row that is at least partly in sight. */
const firstSeen = (scroller: HTMLElement, rows: HTMLElement): Element | undefined => {
  const { top } = scroller.getBoundingClientRect()
  return [...rows.children].find(
    (row) => row.getBoundingClientRect().bottom > top && !row.classList.contains("day"),
  )
}

const asRow = (parley: Parley, row: TimelineRow, group: boolean): Row => {
  const { key } = row
  if (row._tag === "Day")
    return { key, look: row.name, draw: () => element("li", { class: "day" }, element("span", {}, row.name)) }
  if (row._tag === "Notice") {
    const text = noticeText(row.notice, parley.userId)
    return {
      key,
      look: text,
      draw: () => element("li", { class: "notice", dir: "auto" }, element("span", {}, text)),
    }
  }
  return { key, look: JSON.stringify([row, group]), draw: () => messageElement(parley, row, group) }
}
