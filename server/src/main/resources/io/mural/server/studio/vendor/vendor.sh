#!/usr/bin/env bash
# Makes the libraries of this folder anew from npm. Needed only to take another version: what stands here is served as it is.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts lit@3.3.3 openseadragon@6.1.1 esbuild@0.28.2
printf 'export {LitElement, html, svg, css, nothing} from "lit";\nexport {repeat} from "lit/directives/repeat.js";\nexport {live} from "lit/directives/live.js";\n' >lit.js
node_modules/.bin/esbuild lit.js --bundle --format=esm --minify --legal-comments=none --outfile="$here/lit.js"
cp node_modules/openseadragon/build/openseadragon/openseadragon.min.js "$here/openseadragon.js"
cp node_modules/lit/LICENSE "$here/lit.LICENSE"
cp node_modules/openseadragon/LICENSE.txt "$here/openseadragon.LICENSE"
node -e '
const lock = require("./package-lock.json").packages;
for (const name of ["lit", "openseadragon"]) {
  const each = lock["node_modules/" + name];
  console.log(name + " " + each.version + " " + each.integrity);
}' >"$here/versions.txt"
(cd "$here" && sha256sum lit.js openseadragon.js >sha256.txt)
