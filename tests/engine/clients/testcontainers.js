// What a test with testcontainers does: starts a container, executes in it, reads its log, ends it.
const { GenericContainer, Wait } = require('testcontainers');

async function main() {
  const container = await new GenericContainer('busybox:latest').withNetworkMode('none')
    .withCommand(['sh', '-c', 'echo hello; exec sleep 100000']).withWaitStrategy(Wait.forLogMessage('hello')).start();
  console.log((await container.exec(['echo', 'executed'])).output.trim());
  await container.stop();
}

main().then(() => process.exit(0), (reason) => { console.error(reason); process.exit(1); });
