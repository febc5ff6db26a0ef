import { cp } from "node:fs/promises";
import { simulator } from "../words.ts";
import { anotherComputer } from "./bundle.ts";
import { firstLine } from "./first-line.ts";
import type { Story } from "./story.ts";

/** A stand-in for Apple's device service, and what a person does at Apple Business. */
export interface AppleDouble {
  readonly url: string;
  /** Buys devices and assigns them to the tenant. Of silent ones, no delta tells. */
  buy(serials: readonly string[], how?: "silent"): Promise<void>;
  /** Takes devices away from the tenant. */
  takeAway(serials: readonly string[], how?: "silent"): Promise<void>;
  /** Gives devices back to the tenant. */
  giveBack(serials: readonly string[]): Promise<void>;
  /** Makes the service fail; the words say how: a name, and options such as `--after 2`. */
  fail(...fault: readonly string[]): Promise<void>;
  /** Ends all failures. */
  recover(): Promise<void>;
  /** Downloads a token for a public key in the story's folder, to a file there. */
  downloadToken(publicKey: string, file: string): Promise<void>;
}

/** Starts a stand-in for Apple's services without devices, on a computer of its own. It ends with the test. */
export async function startApple(story: Story): Promise<AppleDouble> {
  const apple = await anotherComputer(story, "apple", {});
  const url = await firstLine(apple.start(simulator.start()));
  const act = async (words: readonly string[]): Promise<void> => {
    await apple.run([...words, "--url", url], { tried: false });
  };
  const silence = (how: "silent" | undefined): readonly string[] => (how === undefined ? [] : ["--silent"]);
  return {
    url,
    buy: (serials, how) => act(simulator.buy(...serials, ...silence(how))),
    takeAway: (serials, how) => act(simulator.takeAway(...serials, ...silence(how))),
    giveBack: (serials) => act(simulator.assign(...serials)),
    fail: (...fault) => act(simulator.fail(...fault)),
    recover: () => act(simulator.fail("--clear")),
    downloadToken: async (publicKey, file) => {
      await act(simulator.downloadToken(story.path(publicKey), "-o", "SIMULATOR.p7m", "--overwrite"));
      await cp(apple.path("SIMULATOR.p7m"), story.path(file));
    },
  };
}
