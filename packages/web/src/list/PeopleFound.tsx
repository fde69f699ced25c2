/** Below the conversations that fit what is searched for: people with whom there may be none yet. */
import { useState } from "react"
import { texts } from "../language/language.ts"
import { PersonButton } from "../people/PersonButton.tsx"
import { usePeople } from "../people/usePeople.ts"
import { sentenceOf } from "../parts/problem.ts"

interface Props {
  readonly text: string
  readonly choose: (userId: string) => Promise<void>
  /** They are shown above. */
  readonly besides: ReadonlyArray<string | undefined>
  /** What stands here when there are no people either. */
  readonly nothing: string | undefined
}

export const PeopleFound = ({ besides, choose, nothing, text }: Props) => {
  const people = usePeople(text)?.filter((one) => !besides.includes(one.user_id))
  const [problem, setProblem] = useState("")
  const start = (userId: string): void => {
    setProblem("")
    choose(userId).catch((error: unknown) => setProblem(sentenceOf(error)))
  }
  if (people === undefined) return null
  if (people.length === 0) return nothing === undefined ? null : <p className="list-nothing">{nothing}</p>
  return (
    <section className="found">
      <h2>{texts.people}</h2>
      <p className="form-error" role="alert">
        {problem}
      </p>
      <ul aria-label={texts.people}>
        {people.map((one) => (
          <PersonButton key={one.user_id} person={one} choose={start} />
        ))}
      </ul>
    </section>
  )
}
