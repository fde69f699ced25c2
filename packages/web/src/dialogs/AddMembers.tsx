/** Adding members to a group. */
import type { Conversation } from "@parley/client/wire"
import { type FormEvent, useState } from "react"
import { texts } from "../language/language.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Field } from "../parts/Field.tsx"
import { MemberInput } from "../people/MemberInput.tsx"
import { splitIds } from "../people/splitIds.ts"

interface Props {
  readonly conversation: Conversation
  readonly act: (asked: Promise<unknown>) => Promise<void>
}

const none = { chosen: [] as ReadonlyArray<string>, text: "" }

export const AddMembers = ({ act, conversation }: Props) => {
  const { parley } = useSigned()
  const [members, setMembers] = useState(none)
  const [wrong, setWrong] = useState("")
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const { ids, rest } = splitIds(members.text)
    const all = [...new Set([...members.chosen, ...ids])]
    setWrong(rest === "" ? "" : texts.noUserId(rest))
    if (rest !== "" || all.length === 0) return
    setMembers(none)
    void act(parley.groups.add(conversation.id, all))
  }
  return (
    <form className="tab-panel" onSubmit={submit}>
      <Field id="add-members" label={texts.addMembers}>
        <MemberInput id="add-members" {...members} changed={(chosen, text) => setMembers({ chosen, text })} />
      </Field>
      <p className="form-error" role="alert">
        {wrong}
      </p>
      <button type="submit" className="button quiet">
        {texts.add}
      </button>
    </form>
  )
}
