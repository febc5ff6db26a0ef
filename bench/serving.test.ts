import { expect, test } from "vitest";
import { simulateApple } from "#support/apple/simulator/mdm.ts";
import { fetchPages } from "./serving.ts";

const signedIn = (devices: number) => simulateApple({ devices }).mdm.signIn();

test.each([
  [2500, [1000, 1000, 500]],
  [2000, [1000, 1000]],
  [3, [3]],
])("all pages of %d devices are fetched, each once", async (devices, expected) => {
  const serials = new Set<string>();
  const sizes: number[] = [];
  for await (const page of fetchPages(await signedIn(devices))) {
    const { devices: found } = JSON.parse(page) as { devices: { serial_number: string }[] };
    for (const { serial_number: serial } of found) serials.add(serial);
    sizes.push(found.length);
  }
  expect(sizes).toEqual(expected);
  expect(serials.size).toBe(devices);
});

test("a page that is refused ends it", async () => {
  const mdm = await signedIn(3);
  mdm.session = "x";
  await expect(Array.fromAsync(fetchPages(mdm))).rejects.toThrow("401");
});
