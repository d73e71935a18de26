// What a program of dockerode does: looks, runs a container, follows its log, executes in it, removes it.
const Docker = require('dockerode');
const { text } = require('node:stream/consumers');
const { PassThrough } = require('node:stream');

async function main() {
  const docker = new Docker(); // DOCKER_HOST
  console.log((await docker.version()).Version);
  console.log((await docker.listImages()).some((image) => (image.RepoTags || []).includes('busybox:latest')));
  const container = await docker.createContainer({
    Image: 'busybox:latest', Cmd: ['sh', '-c', 'echo hello; exec sleep 100000'], HostConfig: { NetworkMode: 'none' },
  });
  await container.start();
  console.log((await docker.listContainers()).some((each) => each.Id === container.id));
  console.log((await container.inspect()).State.Running);
  const log = await container.logs({ follow: true, stdout: true });
  const said = new PassThrough();
  container.modem.demuxStream(log, said, said);
  await new Promise((resolve) => { said.once('data', (piece) => { console.log(piece.toString().trim()); resolve(); }); });
  const exec = await container.exec({ Cmd: ['echo', 'executed'], AttachStdout: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  const output = new PassThrough();
  container.modem.demuxStream(stream, output, output);
  stream.on('end', () => output.end());
  console.log((await text(output)).trim());
  await container.kill();
  console.log((await container.wait()).StatusCode);
  await container.remove();
}

main().then(() => process.exit(0), (reason) => { console.error(reason); process.exit(1); });
