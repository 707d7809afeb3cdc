// What programs do with OpenAI's library: prints a JSON object a line. Arguments: the server's address, a PNG file, one
// whose lower half is transparent.
import fs from "node:fs";
import OpenAI, { toFile } from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: "none", maxRetries: 0, timeout: 30 * 60 * 1000 });
const tell = (what, facts) => console.log(JSON.stringify({ what, ...facts }));
const side = (base64) => Buffer.from(base64, "base64").readUInt32BE(16);

const models = await client.models.list();
tell("models", { ids: models.data.map((model) => model.id) });

const two = await client.images.generate({ prompt: "a calm sea", n: 2, size: "32x32", steps: 2, seed: 7 });
tell("generate", { sides: two.data.map((each) => side(each.b64_json)), seeds: two.data.map((each) => each.seed), usage: two.usage.total_tokens });

const events = await client.images.generate({ prompt: "a hill", size: "32x32", steps: 4, stream: true, partial_images: 2 });
const types = [];
for await (const event of events) types.push(event.type);
tell("stream", { types });

const file = async (path, name) => toFile(fs.createReadStream(path), name, { type: "image/png" });
const picture = () => file(process.argv[3], "a.png");
const mask = () => file(process.argv[4], "mask.png");
const edited = await client.images.edit({ image: await picture(), prompt: "a hill in snow", steps: 2 });
tell("edit", { sides: edited.data.map((each) => side(each.b64_json)) });

const masked = await client.images.edit({ image: await picture(), mask: await mask(), prompt: "a hill in snow", steps: 2 });
tell("masked edit", { pictures: masked.data.map((each) => each.b64_json) });

const both = [await picture(), await picture()];
const referring = await client.images.edit({ model: "flux2-tiny", image: both, mask: await mask(), prompt: "snow", steps: 2 });
tell("masked edit with two pictures", { pictures: referring.data.map((each) => each.b64_json) });

const editing = await client.images.edit({ image: await picture(), prompt: "a hill in snow", steps: 2, stream: true });
const edits = [];
for await (const event of editing) edits.push(event.type);
tell("stream edit", { types: edits });

const fails = async (what, body, edit) => {
  try {
    await (edit ? client.images.edit(body) : client.images.generate(body));
  } catch (error) {
    tell(what, { kind: error.constructor.name, status: error.status, code: error.code, param: error.param });
  }
};
await fails("unknown field", { prompt: "a", colour: "red" });
await fails("unknown model", { prompt: "a", model: "other" });
await fails("two pictures", { image: [await picture(), await picture()], prompt: "a" }, true);
