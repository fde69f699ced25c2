import { describe, expect, it } from "vitest"
import { WatchList } from "../../../src/stream/presence/WatchList.ts"
import { TestWatcher } from "./TestWatcher.ts"

describe("the list of watches", () => {
  it("takes so many of one connection; who is watched already costs nothing more", () => {
    const list = new WatchList(3)
    const ann = new TestWatcher("ann")
    expect(list.ask(ann, ["a", "b", "a"])).toEqual(["a", "b"])
    expect(list.ask(ann, ["b", "c"])).toEqual(["c"])
    expect(list.ask(ann, ["d"])).toBe("too many")
    expect(list.ask(new TestWatcher("ann"), ["d"])).toEqual(["d"])
    list.drop(ann, "a")
    expect(list.ask(ann, ["d"])).toEqual(["d"])
  })
  it("takes so many in all, and says when it is full", () => {
    const list = new WatchList(10, 3)
    const [ann, ben] = [new TestWatcher("ann"), new TestWatcher("ben")]
    list.ask(ann, ["a", "b"])
    expect(list.ask(ben, ["a", "b"])).toBe("full")
    list.gone(ann)
    expect(list.ask(ben, ["a", "b"])).toEqual(["a", "b"])
  })
  it("forgets whom nobody watches any more, and ends what was subscribed to for him", () => {
    const list = new WatchList(10)
    const [ann, ben] = [new TestWatcher("ann"), new TestWatcher("ben")]
    let ended = 0
    list.ask(ann, ["cleo"])
    list.ask(ben, ["cleo"])
    list.get("cleo")!.unwatch = () => void ended++
    list.gone(ann)
    expect([ended, list.concerns("ann"), list.concerns("cleo")]).toEqual([0, false, true])
    list.drop(ben, "cleo")
    list.drop(ben, "cleo")
    expect([ended, list.watches, list.concerns("cleo"), list.concerns("ben")]).toEqual([1, 0, false, false])
  })
})
