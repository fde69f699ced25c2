/** A field for several user ids, each a chip that can be taken away again; found people can be chosen below it. */
import { type KeyboardEvent, useRef, useState } from "react"
import { texts } from "../language/language.ts"
import { useParley } from "../live/ParleyContext.ts"
import { PeopleList } from "./PeopleList.tsx"
import { splitIds } from "./splitIds.ts"

interface Props {
  readonly id: string
  readonly chosen: ReadonlyArray<string>
  /** What is typed and no id yet, or none at all. */
  readonly text: string
  readonly changed: (chosen: ReadonlyArray<string>, text: string) => void
}

export const MemberInput = ({ changed, chosen, id, text }: Props) => {
  const parley = useParley()
  const input = useRef<HTMLInputElement>(null)
  const [focused, setFocused] = useState(false)
  const take = (): void => {
    const { ids, rest } = splitIds(text)
    changed([...new Set([...chosen, ...ids])], rest)
  }
  const remove = (userId: string): void => {
    changed(
      chosen.filter((one) => one !== userId),
      text,
    )
    input.current?.focus()
  }
  const pressed = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    if (["Enter", ",", ";", " "].includes(event.key) && text.trim() !== "") {
      event.preventDefault()
      take()
    } else if (event.key === "Backspace" && text === "" && chosen.length > 0) remove(chosen.at(-1) ?? "")
  }
  return (
    <>
      <div className="chip-box">
        <ul className="chips" aria-label={texts.chosenMembers}>
          {chosen.map((userId) => (
            <li key={userId} className="chip">
              <bdi title={userId}>{parley.people.nameOf(userId)}</bdi>
              <button type="button" aria-label={texts.remove(userId)} onClick={() => remove(userId)}>
                ×
              </button>
            </li>
          ))}
        </ul>
        <input
          ref={input}
          id={id}
          value={text}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder={chosen.length === 0 ? "bob, cyd" : ""}
          onChange={(event) => changed(chosen, event.target.value)}
          onKeyDown={pressed}
          onFocus={() => setFocused(true)}
        />
      </div>
      <p className="hint">{texts.membersHint}</p>
      {focused ? (
        <PeopleList
          text={text}
          choose={(userId) => {
            changed([...new Set([...chosen, userId])], "")
            input.current?.focus()
          }}
        />
      ) : null}
    </>
  )
}
