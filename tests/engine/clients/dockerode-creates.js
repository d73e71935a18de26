// What programs of dockerode create: a container with most of what one asks for, a network, a volume, an execution, an image.
const Docker = require('dockerode');
const { text } = require('node:stream/consumers');
const { PassThrough } = require('node:stream');

async function main() {
  const docker = new Docker(); // DOCKER_HOST
  await docker.createVolume({ Name: 'made', Labels: { a: 'b' } });
  const network = await docker.createNetwork({ Name: 'made', CheckDuplicate: true, Internal: true });
  const container = await docker.createContainer({
    name: 'made', Image: 'busybox:latest', Cmd: ['sleep', '100000'], Hostname: 'h', Env: ['A=b'], Labels: { k: 'v' }, User: '1000:1000',
    WorkingDir: '/tmp', ExposedPorts: { '80/tcp': {} }, Healthcheck: { Test: ['CMD', 'true'], Interval: 5000000000 }, StopSignal: 'SIGKILL',
    HostConfig: {
      NetworkMode: 'made', PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] }, Binds: ['made:/data'],
      Mounts: [{ Type: 'volume', Source: 'more', Target: '/more' }, { Type: 'tmpfs', Target: '/scratch' }], Tmpfs: { '/run': 'size=1m' },
      Memory: 67108864, PidsLimit: 100, CpuShares: 512, Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }], ReadonlyRootfs: true,
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 }, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'], Init: false,
    },
    NetworkingConfig: { EndpointsConfig: { made: { Aliases: ['web'] } } },
  });
  await container.start();
  console.log((await container.inspect()).HostConfig.CapDrop);
  const exec = await container.exec({ Cmd: ['id', '-u'], AttachStdout: true });
  const stream = await exec.start({ hijack: true, stdin: false });
  const output = new PassThrough();
  container.modem.demuxStream(stream, output, output);
  stream.on('end', () => output.end());
  console.log((await text(output)).trim());
  await container.update({ CpuShares: 256 });
  await container.rename({ name: 'renamed' });
  const other = await docker.createNetwork({ Name: 'another' });
  await other.connect({ Container: container.id });
  await other.disconnect({ Container: container.id });
  await container.commit({ repo: 'made', tag: 'by-dockerode' });
  await docker.getImage('busybox:latest').tag({ repo: 'made', tag: 'tagged' });
  await container.remove({ force: true, v: true });
  for (const tag of ['made:by-dockerode', 'made:tagged']) await docker.getImage(tag).remove();
  for (const each of [other, network]) await each.remove();
  for (const name of ['made', 'more']) await docker.getVolume(name).remove();
}

main().then(() => process.exit(0), (reason) => { console.error(reason); process.exit(1); });
