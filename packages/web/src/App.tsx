/** Who sits here, and what he gets to see for it. */
import { connect } from "@parley/client/connect"
import { ParleyProvider } from "@parley/client/react"
import { useState, useSyncExternalStore } from "react"
import { Chat } from "./chat/Chat.tsx"
import { ErrorBoundary } from "./chat/ErrorBoundary.tsx"
import { subscribeLanguage } from "./language/choice.ts"
import { language } from "./language/language.ts"
import { ParleyContext, type Signed } from "./live/ParleyContext.ts"
import { Redraws } from "./live/Redraws.ts"
import {
  type Person,
  forgetPerson,
  rememberPerson,
  rememberedPerson,
  tokenSource,
} from "./session/session.ts"
import { SignIn, type Way } from "./signIn/SignIn.tsx"

export const App = () => {
  const enter = (person: Person, token?: string): Signed => {
    rememberPerson(person)
    const parley = connect({
      url: location.origin,
      token: tokenSource(person, token),
      userId: person.userId,
    })
    const leave = (reason?: string): void => {
      parley.close()
      forgetPerson()
      setWhy(reason)
      setWay(person.token === undefined ? "name" : "token")
      setSigned(undefined)
    }
    return { parley, person, leave, redraws: new Redraws(parley) }
  }
  const [why, setWhy] = useState<string>()
  const [way, setWay] = useState<Way>("name")
  const [signed, setSigned] = useState<Signed | undefined>(() => {
    const person = rememberedPerson()
    return person === undefined ? undefined : enter(person)
  })
  // Another language: everything below is drawn again, and stays as it was.
  useSyncExternalStore(subscribeLanguage, language)
  if (signed !== undefined)
    return (
      <ParleyProvider parley={signed.parley}>
        <ParleyContext value={signed}>
          <ErrorBoundary>
            <Chat />
          </ErrorBoundary>
        </ParleyContext>
      </ParleyProvider>
    )
  return <SignIn why={why} first={way} signedIn={(person, token) => setSigned(enter(person, token))} />
}
