import { join } from "node:path";
import type { Bench } from "./bench.ts";
import type { MeasuredProgram } from "./program.ts";
import { startServer } from "./serving.ts";
import type { Benchmark } from "./works.ts";

/** Configures a simulator as the endpoint of a tenant and registers its token. Does not fetch any device yet. */
async function connectSimulator(bench: Bench, program: MeasuredProgram, url: string): Promise<void> {
  const folder = await bench.newFolder("token");
  const [key, token] = [join(folder, "key.pem"), join(folder, "SIMULATOR_Token.p7m")];
  await program.run("use a simulator", url);
  await program.run("create a key for a token", key);
  await program.run("get a token of a simulator", url, key, token);
  await program.run("set a token", token);
}

/** Fetches all devices from a simulator, which is started from the same checkout, into an empty tenant. */
export const SYNC_BENCHMARK: Benchmark = {
  name: "ade sync --full",
  kind: "long",
  ours: async (bench, checkout) => {
    const home = await bench.newFolder("home");
    const { url } = await startServer(bench, checkout, home, "start a simulator of Apple", bench.rows);
    return () =>
      bench.withEmptyTenant(checkout, async (program) => {
        await connectSimulator(bench, program, url);
        const ran = await program.run("fetch all devices");
        program.verifyStored("devices", bench.rows);
        return ran;
      });
  },
};
