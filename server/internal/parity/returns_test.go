package parity

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/mmpy/mmpy/proto/pluginapiv1"
	"github.com/mmpy/mmpy/server/internal/byname"
)

// returns compare what Python methods give that is no field of the response.
var returns = map[string]func(c *byname.Comparison, response protoreflect.Message, told byname.Told){
	// Mattermost's other result is the type of the picture.
	"get_emoji_image": func(c *byname.Comparison, response protoreflect.Message, told byname.Told) {
		c.Python("image", response, response.Descriptor().Fields().ByName("image"), told, &byname.Names{})
	},
	"load_plugin_configuration": func(c *byname.Comparison, response protoreflect.Message, told byname.Told) {
		c.Python("settings", response, response.Descriptor().Fields().ByName("config_json"), told, &byname.Names{})
	},
	"plugin_http": func(c *byname.Comparison, response protoreflect.Message, told byname.Told) {
		message := response.Interface().(*pb.PluginHTTPResponse)
		parts := told.([]any)
		same(c, "status", json.Number(fmt.Sprint(message.StatusCode)), parts[0].(json.Number))
		c.Python("headers", response, response.Descriptor().Fields().ByName("headers"), parts[1], &byname.Names{Places: places})
		c.Python("body", response, response.Descriptor().Fields().ByName("body"), parts[2], &byname.Names{})
	},
	"search_posts_in_team": func(c *byname.Comparison, response protoreflect.Message, told byname.Told) {
		posts := response.Interface().(*pb.SearchPostsInTeamResponse).Posts
		_, fields, _ := byname.Record(told)
		order, _ := fields["order"].([]any)
		dict, _ := fields["posts"].(map[string]any)
		byID, _ := dict["dict"].(map[string]any)
		same(c, "number of posts", len(posts), len(order))
		for i, post := range posts {
			same(c, "order", post.Id, order[i].(string))
			c.PythonMessage("posts["+post.Id+"]", post.ProtoReflect(), byID[post.Id], &byname.Names{Places: places})
		}
	},
}
