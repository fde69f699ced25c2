/** With whom to talk: somebody who is found, or any well-formed user id. */
import { useState } from "react"
import { texts } from "../language/language.ts"
import { useSigned } from "../live/ParleyContext.ts"
import { Field } from "../parts/Field.tsx"
import { sentenceOf } from "../parts/problem.ts"
import { PeopleList } from "../people/PeopleList.tsx"

export const NewDirect = ({ started }: { readonly started: (id: string) => void }) => {
  const { parley } = useSigned()
  const [partner, setPartner] = useState("")
  const [problem, setProblem] = useState("")
  const [busy, setBusy] = useState(false)
  const start = async (userId: string): Promise<void> => {
    setBusy(true)
    setProblem("")
    try {
      started((await parley.startDirect(userId)).id)
    } catch (error) {
      setBusy(false)
      setProblem(sentenceOf(error))
    }
  }
  return (
    <form
      className="tab-panel"
      onSubmit={(event) => {
        event.preventDefault()
        void start(partner.trim())
      }}
    >
      <Field id="partner" label={texts.nameOrId}>
        <input
          id="partner"
          required
          autoFocus
          data-first
          pattern="\s*[A-Za-z0-9_.:@\-]{1,64}\s*"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="bob"
          title={texts.userIdTitle}
          value={partner}
          onChange={(event) => setPartner(event.target.value)}
        />
        <PeopleList text={partner} choose={(userId) => void start(userId)} />
      </Field>
      <p className="form-error" role="alert">
        {problem}
      </p>
      <button type="submit" className="button" disabled={busy}>
        {texts.start}
      </button>
    </form>
  )
}
