import { createScene, runOrThrow, type Scene } from "./scene.ts";

export async function prepareItem(home: string): Promise<void> {
  await runOrThrow(home, "renewals", "add", "本社", "--kind", "custom", "--expires", "2099-01-01");
}

export const RENEWAL_SCENES: readonly Scene[] = [
  { name: "renewals edit", prepare: prepareItem, line: ["renewals", "edit", "本社", "--expires", "2099-02-01"] },
  {
    name: "renewals renew",
    async prepare(home) {
      await runOrThrow(home, "renewals", "add", "本社", "--kind", "android-owner", "--expires", "2099-01-01");
    },
    line: ["renewals", "renew", "本社", "--signed-in", "2026-04-01", "--by", "髙橋"],
    readsDate: true,
  },
  { name: "renewals remove", prepare: prepareItem, line: ["renewals", "remove", "本社", "--yes"] },
  createScene("renewals check for Prometheus", prepareItem, "renewals check --prometheus renewals.prom --overwrite", {
    outputs: ["renewals.prom"],
    tellsFaults: true,
    varies: /(?<=check_timestamp_seconds )\d+/g,
    failure: 3,
    readsDate: true,
  }),
];
