/** What people do to messages and groups on the page at `/`, and what the others see of it. */
import type { Page } from "playwright-core"
import { expect, it } from "vitest"
import { fastWriters, inBrowser, patience } from "./inBrowser.ts"
import { createGroup, open, said, say, screenshot, startDirect, write } from "./webWindow.ts"

/** Chooses from the menu of the message that says `text`. */
const choose = async (page: Page, text: string, item: string): Promise<void> => {
  const message = page.locator(".message").filter({ hasText: text }).last()
  await message.hover()
  await message.getByRole("button", { name: "Message actions" }).click()
  await page.getByRole("menuitem", { name: item }).click()
}

const badge = (page: Page, title: string): Promise<string> =>
  page
    .getByRole("navigation")
    .getByRole("link")
    .filter({ hasText: title })
    .locator(".badge")
    .allTextContents()
    .then((texts) => texts.join())

inBrowser("the page", { env: fastWriters }, (stage) => {
  it("edits, deletes, answers and reacts, and the other side sees it as it happens", async () => {
    const ada = await stage.signIn({ userId: "ada", name: "Ada Lovelace" })
    const bob = await stage.signIn({ userId: "bob", name: "Bob Marsh" })
    await startDirect(ada.page, "bob")
    await write(ada.page, "Helo")
    await write(ada.page, "A mistake")
    await open(bob.page, "Ada Lovelace")
    await expect.poll(() => said(bob.page), patience).toEqual(["Helo", "A mistake"])
    await expect
      .poll(() => ada.page.getByRole("img", { name: "Read", exact: true }).count(), patience)
      .toBe(2)

    await choose(ada.page, "Helo", "Edit")
    await write(ada.page, "Hello Bob")
    await choose(ada.page, "A mistake", "Delete")
    await ada.page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click()
    await expect.poll(() => said(bob.page), patience).toEqual(["Hello Bob", "Message deleted"])
    expect(await bob.page.getByText("edited").count()).toBe(1)

    await choose(bob.page, "Hello Bob", "React with 🎉")
    const reaction = ada.page.getByRole("button", { name: "🎉 1" })
    await reaction.waitFor()
    await reaction.click()
    await bob.page.getByRole("button", { name: "🎉 2" }).waitFor()
    await choose(bob.page, "Hello Bob", "Reply")
    await write(bob.page, "Hello to you")
    await expect.poll(() => ada.page.locator(".quote").textContent(), patience).toBe("YouHello Bob")
    await screenshot(ada.page, "web-direct")
    expect([...ada.errors, ...bob.errors]).toEqual([])
  })

  it("counts what is unread, and reading on one device clears it on the other", async () => {
    const ada = await stage.signIn({ userId: "ada.badge" })
    const bob = await stage.signIn({ userId: "bob.badge" })
    const other = await stage.signIn({ userId: "bob.badge" })
    await startDirect(ada.page, "bob.badge")
    const id = new URL(ada.page.url()).hash.slice(1)
    await say(
      stage.parley.url,
      "ada.badge",
      id,
      Array.from({ length: 40 }, (_, n) => `news ${n}`),
    )
    await expect.poll(() => badge(bob.page, "ada.badge"), patience).toBe("40")
    await expect.poll(() => badge(other.page, "ada.badge"), patience).toBe("40")
    await bob.page.reload()
    await expect.poll(() => badge(bob.page, "ada.badge"), patience).toBe("40")
    await open(bob.page, "ada.badge")
    await bob.page.getByText("New messages").waitFor()
    await expect.poll(() => bob.page.getByText("New messages").isVisible(), patience).toBe(true)
    await bob.page.evaluate("document.querySelector('.timeline').scrollTop = 1e6")
    await expect.poll(() => badge(other.page, "ada.badge"), patience).toBe("")
    expect([...ada.errors, ...bob.errors, ...other.errors]).toEqual([])
  })

  it("renames and archives a group: the name is everybody's, and nobody can write any more", async () => {
    const ada = await stage.signIn({ userId: "ada.group" })
    const bob = await stage.signIn({ userId: "bob.group" })
    await createGroup(ada.page, "Old name", ["bob.group"])
    await write(ada.page, "before")
    await open(bob.page, "Old name")
    await ada.page.getByRole("button", { name: "Details" }).click()
    await ada.page.getByRole("textbox", { name: "Group name" }).fill("New name")
    await ada.page.getByRole("textbox", { name: "Topic" }).fill("What we do")
    await ada.page.getByRole("button", { name: "Save" }).click()
    await bob.page.getByRole("heading", { name: "New name" }).waitFor()
    await ada.page.getByLabel("Role of bob.group").selectOption("reader")
    await bob.page.getByText("Writing is for members").waitFor()
    await screenshot(ada.page, "web-details")
    await ada.page.getByRole("button", { name: "Archive group" }).click()
    await ada.page.getByRole("alertdialog").getByRole("button", { name: "Archive group" }).click()
    for (const { page } of [ada, bob]) {
      await page.getByText("This group is archived").waitFor()
      expect(await page.getByRole("textbox", { name: "Message" }).count()).toBe(0)
      expect(await said(page)).toEqual(["before"])
    }
    expect([...ada.errors, ...bob.errors]).toEqual([])
  })

  it("takes a press on a button, though people are found and shown meanwhile", async () => {
    await stage.signIn({ userId: "u-slow", name: "Late Comer" })
    const ada = await stage.signIn({ userId: "ada.presses" })
    const answer = Promise.withResolvers<void>()
    await ada.page.route("**/v1/users?*", async (route) => {
      await answer.promise
      await route.continue()
    })
    await ada.page.getByRole("button", { name: "New conversation" }).first().click()
    await ada.page.getByRole("button", { name: "Group", exact: true }).click()
    await ada.page.getByLabel("Group name").fill("Pressed")
    await ada.page.getByRole("textbox", { name: "Members" }).fill("u-slow")
    await ada.page.getByRole("button", { name: "Create group" }).hover()
    await ada.page.mouse.down()
    answer.resolve()
    await ada.page.getByRole("list", { name: "People" }).getByRole("button").first().waitFor()
    await ada.page.mouse.up()
    await ada.page.getByRole("heading", { name: "Pressed" }).waitFor()
    expect(ada.errors).toEqual([])
  })

  it("finds people by their names, and says that a blocked conversation is closed", async () => {
    await stage.signIn({ userId: "u-4711", name: "Grace Hopper" })
    const ada = await stage.signIn({ userId: "ada.finds" })
    await ada.page.getByRole("button", { name: "New conversation" }).first().click()
    await ada.page.getByLabel("Name or user id").fill("hop")
    await ada.page
      .getByRole("list", { name: "People" })
      .getByRole("button", { name: /Grace Hopper/ })
      .click()
    await ada.page.getByRole("heading", { name: "Grace Hopper" }).waitFor()
    await ada.page.getByRole("button", { name: "Details" }).click()
    await ada.page.getByRole("button", { name: "Block" }).click()
    await ada.page.getByRole("alertdialog").getByRole("button", { name: "Block" }).click()
    await ada.page.getByText("You have blocked Grace Hopper").waitFor()
    await ada.page.keyboard.press("Escape")
    await ada.page.getByRole("button", { name: "Unblock" }).last().click()
    await ada.page.getByRole("textbox", { name: "Message" }).waitFor()
    expect(ada.errors).toEqual([])
  })
})
