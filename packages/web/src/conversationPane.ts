/** One open conversation: its head, its timeline and the place to write. */
import type { Parley } from "/client/connect.ts"
import { avatar } from "./avatar.ts"
import { composer } from "./composer.ts"
import { element, iconButton } from "./element.ts"
import { icon } from "./icons.ts"
import type { ReadMarks } from "./readMarks.ts"
import { timelineView } from "./timelineView.ts"
import { colourIdOf, subtitleOf, titleOf } from "./titles.ts"

export interface ConversationPane {
  readonly element: HTMLElement
  readonly draw: () => void
}

export const conversationPane = (
  parley: Parley,
  marks: ReadMarks,
  id: string,
  back: () => void,
): ConversationPane => {
  const title = element("h1", { class: "head-title", dir: "auto" })
  const subtitle = element("p", { class: "head-subtitle" })
  const face = element("span", { class: "head-avatar" })
  const timeline = timelineView(parley, marks, id)
  const write = composer(parley, id, () => timeline.toEnd())
  const readOnly = element(
    "p",
    { class: "read-only", hidden: true },
    "You cannot write in this conversation.",
  )
  let drawnTitle: string | undefined

  const draw = (): void => {
    const conversation = parley.conversation(id)
    if (conversation === undefined) return
    const name = titleOf(conversation, parley.userId)
    if (name !== drawnTitle) {
      drawnTitle = name
      title.textContent = name
      face.replaceChildren(avatar(colourIdOf(conversation, parley.userId), name, "small"))
      write.element.setAttribute("aria-label", `Write to ${name}`)
    }
    subtitle.textContent = subtitleOf(conversation)
    const closed = conversation.can_send === false || conversation.archived
    readOnly.hidden = !closed
    write.element.hidden = closed
    timeline.draw(conversation)
  }
  return {
    element: element(
      "div",
      { class: "pane" },
      element(
        "header",
        { class: "head" },
        iconButton(icon("back"), "Back to the list", back, "icon-button back"),
        face,
        element("div", { class: "head-text" }, title, subtitle),
      ),
      timeline.element,
      write.element,
      readOnly,
    ),
    draw,
  }
}
