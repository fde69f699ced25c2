/**
 * The chat of one signed-in person: the list, the open conversation, and the line that tells how the connection is.
 *
 * Always true: the address says which conversation is open (`#cnv_…`), so a link or a reload leads back to it. However many
 * changes come, the page is drawn once a frame.
 */
import type { Change, Parley } from "/client/connect.ts"
import { announcer } from "./announcer.ts"
import { connectionBanner } from "./connectionBanner.ts"
import { conversationList } from "./conversationList.ts"
import { conversationView } from "./conversationView.ts"
import { element } from "./element.ts"
import { newConversationDialog } from "./newConversation.ts"
import { ReadMarks } from "./readMarks.ts"
import type { Person } from "./session.ts"

export interface Page {
  readonly element: HTMLElement
  readonly dispose: () => void
}

export const chatPage = (parley: Parley, person: Person, leave: (why?: string) => void): Page => {
  const marks = new ReadMarks(parley)
  const banner = connectionBanner(parley)
  const dialog = newConversationDialog(parley, (id) => open(id))
  const list = conversationList(parley, marks, person, { compose: () => dialog.open(), leave: () => leave() })
  const view = conversationView(parley, marks, { back: () => open(undefined), compose: () => dialog.open() })
  const announce = announcer(parley)
  const page = element("div", { class: "chat" }, banner.element, list.element, view.element, dialog.element)

  const openId = (): string | undefined => /^#(cnv_\w+)$/.exec(location.hash)?.[1]
  const open = (id: string | undefined): void => {
    if (id === undefined) history.pushState(null, "", location.pathname)
    else if (id !== openId()) history.pushState(null, "", `#${id}`)
    moved()
  }
  const moved = (): void => {
    page.classList.toggle("has-open", openId() !== undefined)
    view.show(openId())
    draw()
  }

  let frame: number | undefined
  const draw = (): void => {
    frame = undefined
    banner.draw()
    view.draw()
    list.draw(openId())
    const unread = parley.conversations.reduce((sum, { id }) => sum + marks.unread(id), 0)
    document.title = unread > 0 ? `(${unread}) Parley` : "Parley"
  }
  const changed = (change: Change): void => {
    const ended = change._tag === "Status" ? change.status.ended : undefined
    if (ended !== undefined && !ended.code.startsWith("closed_")) return leave(ended.detail)
    if (change._tag === "Status" && change.status.phase === "live") void list.loadFirst()
    announce(change, openId())
    // A hidden window draws no frames, but its title shows what is unread.
    frame ??= document.hidden ? window.setTimeout(draw, 200) : requestAnimationFrame(draw)
  }

  const listening = new AbortController()
  const { signal } = listening
  const unsubscribe = parley.subscribe(changed)
  window.addEventListener("popstate", moved, { signal })
  window.addEventListener("hashchange", moved, { signal })
  window.addEventListener("online", () => parley.wake(), { signal })
  document.addEventListener(
    "visibilitychange",
    () => document.hidden || (parley.status.ended === undefined && parley.wake(), draw()),
    { signal },
  )
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !dialog.element.open && openId() !== undefined)
      open(undefined)
  })
  moved()
  return {
    element: page,
    dispose: () => {
      unsubscribe()
      listening.abort()
      banner.dispose()
      document.title = "Parley"
    },
  }
}
