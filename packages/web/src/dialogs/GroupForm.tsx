/** A group's name and topic, for those who may change them. */
import type { Conversation } from "@parley/client/wire"
import { type FormEvent, useState } from "react"
import { texts } from "../language/language.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Field } from "../parts/Field.tsx"

interface Props {
  readonly conversation: Conversation
  readonly act: (asked: Promise<unknown>) => Promise<void>
}

export const GroupForm = ({ act, conversation }: Props) => {
  const { parley } = useSigned()
  const { id, name: oldName = "", topic: oldTopic = "" } = conversation
  const [name, setName] = useState(oldName)
  const [topic, setTopic] = useState(oldTopic)
  const change = {
    ...(name.trim() === oldName ? {} : { name: name.trim() }),
    ...(topic.trim() === oldTopic ? {} : { topic: topic.trim() || null }),
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (Object.keys(change).length > 0) void act(parley.groups.update(id, change))
  }
  return (
    <form className="tab-panel" onSubmit={submit}>
      <Field id="details-name" label={texts.groupName}>
        <input
          id="details-name"
          maxLength={200}
          required
          dir="auto"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field id="details-topic" label={texts.topic}>
        <input
          id="details-topic"
          maxLength={500}
          dir="auto"
          value={topic}
          onChange={(event) => setTopic(event.target.value)}
        />
      </Field>
      <button type="submit" className="button">
        {texts.save}
      </button>
    </form>
  )
}
