// One task by gophercloud, told by the environment; prints one line of JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/gophercloud/gophercloud"
	"github.com/gophercloud/gophercloud/openstack"
	"github.com/gophercloud/gophercloud/openstack/blockstorage/v3/snapshots"
	"github.com/gophercloud/gophercloud/openstack/blockstorage/v3/volumes"
)

func cpuMs() float64 {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e6
}

func task(client *gophercloud.ServiceClient) (interface{}, error) {
	name := os.Getenv("NAME")
	switch os.Getenv("TASK") {
	case "list":
		pages, err := volumes.List(client, volumes.ListOpts{}).AllPages()
		if err != nil {
			return nil, err
		}
		all, err := volumes.ExtractVolumes(pages)
		return len(all), err
	case "snapshot":
		made, err := snapshots.Create(client, snapshots.CreateOpts{VolumeID: os.Getenv("VOLUME_ID"), Name: name}).Extract()
		if err != nil {
			return nil, err
		}
		return "available", snapshots.WaitForStatus(client, made.ID, "available", 120)
	default:
		made, err := volumes.Create(client, volumes.CreateOpts{Size: 1, Name: name}).Extract()
		if err != nil {
			return nil, err
		}
		return made.ID, nil
	}
}

func main() {
	options, err := openstack.AuthOptionsFromEnv()
	if err != nil {
		panic(err)
	}
	provider, err := openstack.AuthenticatedClient(options)
	if err != nil {
		panic(err)
	}
	client, err := openstack.NewBlockStorageV3(provider, gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME")})
	if err != nil {
		panic(err)
	}
	repeats, _ := strconv.Atoi(os.Getenv("REPEATS"))
	var measured map[string]interface{}
	for repeat := 0; repeat < repeats; repeat++ {
		started, before := time.Now(), cpuMs()
		result, err := task(client)
		if err != nil {
			result = fmt.Sprintf("failed: %v", err)
		}
		measured = map[string]interface{}{
			"result": result, "cpuMs": cpuMs() - before, "ms": float64(time.Since(started).Microseconds()) / 1000,
		}
	}
	json.NewEncoder(os.Stdout).Encode(measured)
}
