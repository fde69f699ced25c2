/** The page: a person who is known gets the chat, everybody else is asked who they are. */
import { connect } from "/client/connect.ts"
import { chatPage } from "./chat.ts"
import {
  type Person,
  deviceId,
  forgetPerson,
  keptOutbox,
  rememberPerson,
  rememberedPerson,
  tokenSource,
} from "./session.ts"
import { signInPage } from "./signIn.ts"

const app = document.querySelector("#app")

const askWho = (why?: string): void => {
  forgetPerson()
  app?.replaceChildren(signInPage((person, token) => void enter(person, token), why))
}

const enter = async (person: Person, token?: string): Promise<void> => {
  rememberPerson(person)
  const parley = connect({
    url: location.origin,
    token: tokenSource(person, token),
    userId: person.userId,
    deviceId: await deviceId(),
    storage: keptOutbox,
  })
  const page = chatPage(parley, person, (why) => {
    parley.close()
    page.dispose()
    askWho(why)
  })
  app?.replaceChildren(page.element)
}

const person = rememberedPerson()
if (person === undefined) askWho()
else void enter(person)
