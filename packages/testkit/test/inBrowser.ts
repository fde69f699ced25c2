/**
 * What a test of the pages stands on: a server that is the file's own, and a browser.
 *
 * Always true: each test has the windows that it opened and no others; they are closed with it, so that nobody whom an earlier test
 * signed in is still there, or costs time. Server and browser are those of the file.
 */
import type { Browser, BrowserContextOptions } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe } from "vitest"
import { requirement } from "../src/requirement.ts"
import { type RunningParley, type StartParleyOptions, startParley } from "../src/startParley.ts"
import { chromiumIsThere, chromiumPath, launch, type Person, signIn, type Window } from "./webWindow.ts"

/** How long what comes by itself may take, on a busy machine. */
export const patience = { timeout: 30_000 }

/** As fast as a test can write. */
export const fastWriters = {
  PARLEY_LIMIT_MESSAGES_PER_SECOND: "1000",
  PARLEY_LIMIT_MESSAGES_BURST: "1000",
  PARLEY_LIMIT_CONVERSATION_MESSAGES_BURST: "1000",
}

/** To be read within a test. */
interface Stage {
  readonly browser: Browser
  readonly parley: RunningParley
  readonly signIn: (person: Person, options?: BrowserContextOptions) => Promise<Window>
}

export const inBrowser = (
  title: string,
  options: StartParleyOptions | (() => Promise<StartParleyOptions>),
  tests: (stage: Stage) => void,
): void => {
  describe.runIf(requirement(chromiumPath, chromiumIsThere()))(`${title}, in Chromium`, () => {
    let browser: Browser | undefined
    let parley: RunningParley | undefined

    beforeAll(async () => {
      const started = await Promise.allSettled([
        (async () => {
          parley = await startParley(typeof options === "function" ? await options() : options)
        })(),
        (async () => {
          browser = await launch()
        })(),
      ])
      for (const one of started) if (one.status === "rejected") throw one.reason
    })
    afterEach(async () => {
      await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
    })
    afterAll(async () => {
      await browser?.close()
      await parley?.stop()
    })

    tests({
      get browser() {
        return browser!
      },
      get parley() {
        return parley!
      },
      signIn: (person, more) => signIn(browser!, parley!.url, person, more),
    })
  })
}
