import { buffer } from "node:stream/consumers";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { findByName } from "../listing/single-match.ts";
import { CONFIG_PROFILE_ARGUMENT, CONFIG_PROFILE_NAMES } from "./columns.ts";

export default defineCommand({
  summary: text("write the file of a configuration profile", "構成プロファイルのファイルを書き出す"),
  args: { profile: CONFIG_PROFILE_ARGUMENT },
  options: {
    output: {
      kind: "output",
      short: "o",
      value: "FILE",
      required: true,
      about: text(".mobileconfig file to write (- for stdout)", "書き出す .mobileconfig(- は標準出力)"),
    },
  },
  examples: [{ line: "clomoctl config-profiles file パスコード設定 -o passcode.mobileconfig" }],
  exits: ["not-found"],
  async run(tools, { profile, output }) {
    const { "config-profiles": client } = (await tools.tenant("config-profiles")).client;
    const { id } = await findByName(tools, client, profile, CONFIG_PROFILE_NAMES);
    await tools.outputs.write(output, await buffer(await client.file(id)));
  },
});
