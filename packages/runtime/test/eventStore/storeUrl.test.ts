/** The URL of an EventStoreDB: what is read from it, and that what is wrong with it is said without it. */
import { describe, expect, it } from "vitest"
import { addressOf, readStoreUrl, UnreadableUrl } from "../../src/eventStore/eventStoreDb/storeUrl.ts"

describe("an EventStoreDB's URL", () => {
  it("names hosts, credentials and options", () => {
    const url = readStoreUrl(
      "esdb://parley:p%40ss%3Aword@one:2114,two,[::1]:3?tlsCAFile=/ca.pem&connectionName=node-1&nodePreference=Leader",
    )
    expect(url).toMatchObject({
      hosts: [
        { address: "one", port: 2114 },
        { address: "two", port: 2113 },
        { address: "[::1]", port: 3 },
      ],
      discover: false,
      tls: true,
      credentials: { username: "parley", password: "p@ss:word" },
      tlsCAFile: "/ca.pem",
      connectionName: "node-1",
    })
    expect(addressOf(url)).toBe("esdb://one:2114,two:2113,[::1]:3")
    expect(addressOf(readStoreUrl("esdb+discover://cluster.example/"))).toBe(
      "esdb+discover://cluster.example:2113",
    )
    expect(readStoreUrl("esdb://one?tls=false")).toMatchObject({ tls: false, credentials: undefined })
  })

  it.each([
    "http://s3cret:s3cret@one",
    "esdb://",
    "esdb://ann:s3cret@",
    "esdb://s3cret@one:2113",
    "esdb://ann:s3%cret@one",
    "esdb://ann:s3cret@one:99999",
    "esdb://ann:s3cret@one:x",
    "esdb://ann:s3cret@one?tls=false",
    "esdb://ann:s3cret@one?tls=s3cret",
    "esdb://ann:s3cret@one?s3cret=1",
    "esdb://ann:s3cret@one?s3cret",
    "esdb://ann:s3cret@one?throwOnAppendFailure=false",
    "esdb://ann:s3cret@one?nodePreference=follower",
    "esdb://ann:s3cret@one?tlsVerifyCert=false",
    "esdb://ann:s3cret@one?userCertFile=/s3cret",
    "esdb+discover://ann:s3cret@one,two",
  ])("%s is refused, and the reason holds nothing of it", (url) => {
    let reason = ""
    try {
      readStoreUrl(url)
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(UnreadableUrl)
      reason = String((thrown as Error).stack).split("\n    at")[0]!
    }
    expect(reason).not.toBe("")
    expect(reason).not.toContain("s3")
  })
})
