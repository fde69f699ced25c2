/**
 * People to choose from below an input; the arrow keys walk through them.
 *
 * Always true: it has its height before anybody is found, so that nothing below it moves away under a press.
 */
import type { KeyboardEvent } from "react"
import { texts } from "../language/language.ts"
import { PersonButton } from "./PersonButton.tsx"
import { usePeople } from "./usePeople.ts"

interface Props {
  readonly text: string
  readonly choose: (userId: string) => void
}

export const PeopleList = ({ choose, text }: Props) => {
  const people = usePeople(text)
  return (
    <div className="people">
      {people === undefined ? null : people.length === 0 ? (
        <p className="hint">{text.trim() === "" ? null : texts.nobodyFound(text.trim())}</p>
      ) : (
        <ul aria-label={texts.people} onKeyDown={walk}>
          {people.slice(0, 20).map((one) => (
            <PersonButton key={one.user_id} person={one} choose={choose} />
          ))}
        </ul>
      )}
    </div>
  )
}

const walk = (event: KeyboardEvent<HTMLUListElement>): void => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return
  event.preventDefault()
  const buttons = [...event.currentTarget.querySelectorAll("button")]
  const at = buttons.findIndex((button) => button === document.activeElement)
  buttons[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus()
}
