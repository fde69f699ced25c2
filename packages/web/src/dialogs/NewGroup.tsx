/** What a new group is called and who is in it. */
import { type FormEvent, useState } from "react"
import { texts } from "../language/language.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Field } from "../parts/Field.tsx"
import { freshKey } from "../parts/freshKey.ts"
import { sentenceOf } from "../parts/problem.ts"
import { MemberInput } from "../people/MemberInput.tsx"
import { splitIds } from "../people/splitIds.ts"

export const NewGroup = ({ started }: { readonly started: (id: string) => void }) => {
  const { parley } = useSigned()
  const [name, setName] = useState("")
  const [members, setMembers] = useState({ chosen: [] as ReadonlyArray<string>, text: "" })
  const [problem, setProblem] = useState("")
  const [busy, setBusy] = useState(false)
  /** The same for all attempts at one group, so that a lost answer does not make two. */
  const [key, setKey] = useState(freshKey)

  const create = async (memberIds: ReadonlyArray<string>): Promise<void> => {
    setBusy(true)
    setProblem("")
    try {
      started((await parley.groups.create(name.trim(), memberIds, key)).id)
    } catch (error) {
      setBusy(false)
      setProblem(sentenceOf(error))
    }
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const { ids, rest } = splitIds(members.text)
    if (rest !== "") return setProblem(texts.noUserId(rest))
    void create([...new Set([...members.chosen, ...ids])])
  }
  return (
    <form className="tab-panel" onSubmit={submit}>
      <Field id="group-name" label={texts.groupName}>
        <input
          id="group-name"
          required
          autoFocus
          data-first
          maxLength={200}
          autoComplete="off"
          placeholder={texts.groupNameExample}
          dir="auto"
          value={name}
          onChange={(event) => {
            setName(event.target.value)
            setKey(freshKey())
          }}
        />
      </Field>
      <Field id="group-members" label={texts.membersLabel}>
        <MemberInput
          id="group-members"
          {...members}
          changed={(chosen, text) => {
            setMembers({ chosen, text })
            setKey(freshKey())
          }}
        />
      </Field>
      <p className="form-error" role="alert">
        {problem}
      </p>
      <button type="submit" className="button" disabled={busy}>
        {texts.createGroup}
      </button>
    </form>
  )
}
