import { line, step } from "../../../lib/advice/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { printEndpoint } from "../shown.ts";
import { PROFILE_ARGUMENT, PROFILE_COLUMNS, findAdeProfile } from "./columns.ts";

export default defineCommand({
  summary: text("show one ADE profile", "ADE プロファイルを 1 件表示する"),
  args: { profile: PROFILE_ARGUMENT },
  options: {
    check: {
      kind: "boolean",
      about: text("ask Apple whether the profile is still active", "Apple 側で有効かどうかを確認する"),
    },
  },
  examples: [{ line: "clomoctl ade profiles show 本社" }, { line: "clomoctl ade profiles show 本社 --check" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "unavailable"],
  async run(tools, { profile: name, check }) {
    const { client } = await tools.tenant("ade", "profiles");
    await printEndpoint(tools, await client.ade.show());
    const found = await findAdeProfile(client, name);
    const profile = check ? await client.profiles.check(found.id, {}) : found;
    await tools.terminal.show(PROFILE_COLUMNS, profile);
    if (profile.state === "active") return;
    const anew = line("ade profiles create", [], { from: profile.id });
    await tools.terminal.note(
      profile.state === "other-server"
        ? step(
            "this profile was created at another MDM server; to create it again",
            "別の MDM サーバで作成したプロファイルです。作り直すには",
            anew,
          )
        : step(
            "Apple has disabled this profile; to create it again",
            "Apple 側で無効化されています。作り直すには",
            anew,
          ),
    );
  },
});
