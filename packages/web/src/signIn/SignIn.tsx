/**
 * The first thing a new visitor sees: who are you? By the development sign-in, where the server has it on, or with an access
 * token of the application that the server belongs to.
 */
import { devLogin } from "@parley/client/devLogin"
import { type FormEvent, useId, useState } from "react"
import { texts } from "../language/language.ts"
import { Field } from "../parts/Field.tsx"
import { Icon } from "../parts/Icon.tsx"
import { problemOf } from "../parts/problem.ts"
import { type Person, lastPerson } from "../session/session.ts"
import { subjectOf } from "./subjectOf.ts"

interface Props {
  readonly signedIn: (person: Person, token: string) => void
  /** What brought the person back here. */
  readonly why: string | undefined
  /** How he signed in before, if he did. */
  readonly first: Way
}

export type Way = "name" | "token"

export const SignIn = ({ first, signedIn, why }: Props) => {
  const [way, setWay] = useState<Way>(first)
  const [problem, setProblem] = useState(why ?? "")
  const [busy, setBusy] = useState(false)
  const title = useId()

  const byName = async (form: FormData): Promise<void> => {
    const person = { userId: String(form.get("user_id")).trim(), name: String(form.get("name")).trim() }
    setBusy(true)
    try {
      const { access_token, user_id } = await devLogin(location.origin, person)
      signedIn({ ...person, userId: user_id }, access_token)
    } catch (error) {
      const { code, detail } = problemOf(error)
      setProblem(code === "not_found" ? texts.devLoginOff : detail)
      if (code === "not_found") setWay("token")
    } finally {
      setBusy(false)
    }
  }
  const byToken = (form: FormData): void => {
    const token = String(form.get("token")).trim()
    const userId = subjectOf(token)
    if (userId === undefined) setProblem(texts.noToken)
    else signedIn({ userId, name: "", token }, token)
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    setProblem("")
    const form = new FormData(event.currentTarget)
    if (way === "name") void byName(form)
    else byToken(form)
  }
  return (
    <main className="sign-in-page">
      <form className="card sign-in" aria-labelledby={title} onSubmit={submit}>
        <span className="logo" aria-hidden="true">
          <Icon name="speech" />
        </span>
        <h1 id={title}>{texts.welcome}</h1>
        <p className="muted">{way === "name" ? texts.pickId : texts.pasteToken}</p>
        <div className="tabs" role="group" aria-label={texts.howToSignIn}>
          {(["name", "token"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={way === one}
              onClick={() => {
                setWay(one)
                setProblem("")
              }}
            >
              {one === "name" ? texts.byName : texts.byToken}
            </button>
          ))}
        </div>
        {way === "name" ? <NameFields /> : <TokenFields />}
        <p className="form-error" role="alert">
          {problem}
        </p>
        <button type="submit" className="button" disabled={busy}>
          {texts.signIn}
        </button>
        <p className="hint centred">{way === "name" ? texts.noPassword : texts.tokenKept}</p>
      </form>
    </main>
  )
}

const NameFields = () => {
  const [last] = useState(lastPerson)
  return (
    <>
      <Field id="user-id" label={texts.userId}>
        <input
          id="user-id"
          name="user_id"
          required
          autoFocus
          pattern="[A-Za-z0-9_.:@\-]{1,64}"
          maxLength={64}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="ada"
          defaultValue={last?.userId}
          title={texts.userIdTitle}
          aria-describedby="user-id-hint"
        />
        <p id="user-id-hint" className="hint">
          {texts.userIdHint}
        </p>
      </Field>
      <Field id="name" label={texts.name}>
        <input
          id="name"
          name="name"
          maxLength={100}
          autoComplete="name"
          placeholder="Ada Lovelace"
          defaultValue={last?.name}
          dir="auto"
          aria-describedby="name-hint"
        />
        <p id="name-hint" className="hint">
          {texts.optional}
        </p>
      </Field>
    </>
  )
}

const TokenFields = () => (
  <Field id="token" label={texts.accessToken}>
    <textarea
      id="token"
      name="token"
      required
      autoFocus
      rows={4}
      autoComplete="off"
      spellCheck={false}
      placeholder="eyJhbGciOi…"
    />
  </Field>
)
